job "terminating" {
  datacenters = ["dc1"]
  group "gateway" {
    network {
      mode = "bridge"
    }
    service {
      name = "api-gateway"
      connect {
        gateway {
          proxy {}
          terminating {
            service {
              name      = "legacy-db"
              ca_file   = "certs/ca.crt"
              cert_file = "certs/client.crt"
              key_file  = "certs/client.key"
              sni       = "db.internal"
            }
          }
        }
      }
    }
  }
}
