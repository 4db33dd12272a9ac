job "mesh-gateway" {
  datacenters = ["dc1"]
  group "mesh" {
    network {
      mode = "bridge"
      port "mesh_wan" {
        host_network = "public"
      }
    }
    service {
      name = "mesh-gateway"
      port = "mesh_wan"
      meta {
        consul-wan-federation = "1"
      }
      connect {
        gateway {
          mesh {}
          proxy {
            connect_timeout = "5s"
          }
        }
      }
    }
  }
}
