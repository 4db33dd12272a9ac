job "cni" {
  datacenters = ["dc1"]
  group "g" {
    network {
      mode     = "cni/mynet"
      hostname = "web-${NOMAD_ALLOC_INDEX}"
      dns {
        servers  = ["10.0.0.53", "${attr.unique.network.ip-address}"]
        searches = ["service.consul"]
        options  = ["ndots:2"]
      }
      cni {
        args = {
          "nomad.region" : "${node.region}"
        }
      }
      port "http" {
        to = -1
      }
      port "shared" {
        static           = 8080
        ignore_collision = true
      }
    }
    task "t" {
      driver = "docker"
      config {
        image = "x"
      }
    }
  }
}
