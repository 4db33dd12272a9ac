job "ingress" {
  datacenters = ["dc1"]
  group "ingress" {
    network {
      mode = "bridge"
      port "inbound" {
        static = 8080
        to     = 8080
      }
    }
    service {
      name = "my-ingress"
      port = "8080"
      connect {
        gateway {
          proxy {
            connect_timeout                     = "3s"
            envoy_gateway_no_default_bind       = true
            envoy_gateway_bind_tagged_addresses = true
            envoy_dns_discovery_type            = "STRICT_DNS"
            envoy_gateway_bind_addresses "uuid-api" {
              address = "0.0.0.0"
              port    = 8080
            }
            config {
              key = "value"
            }
          }
          ingress {
            tls {
              enabled         = true
              tls_min_version = "TLSv1_2"
              cipher_suites   = ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]
              sds {
                cluster_name  = "sds-cluster"
                cert_resource = "example.com-public-cert"
              }
            }
            listener {
              port     = 8080
              protocol = "http"
              service {
                name  = "uuid-api"
                hosts = ["example.com", "example.com:8080"]
                max_connections = 512
                request_headers {
                  add = {
                    "X-Forwarded-By" = "ingress"
                  }
                  remove = ["X-Secret"]
                }
                response_headers {
                  set = { Server = "shop" }
                }
              }
            }
          }
        }
      }
    }
  }
}
