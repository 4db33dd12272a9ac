job "spread" {
  datacenters = ["us-east1", "us-west1"]
  affinity {
    attribute = "${node.datacenter}"
    value     = "us-west1"
    weight    = 100
  }
  affinity {
    attribute = "${meta.disk}"
    regexp    = "^nvme"
    weight    = -50
  }
  spread {
    attribute = "${node.datacenter}"
    weight    = 100
    target "us-east1" {
      percent = 60
    }
    target "us-west1" {
      percent = 40
    }
  }
  group "g" {
    count = 10
    spread {
      attribute = "${meta.rack}"
    }
    task "t" {
      driver = "docker"
      affinity {
        attribute = "${attr.driver.docker.version}"
        version   = ">= 20"
        weight    = 25
      }
      config {
        image = "x"
      }
    }
  }
}
