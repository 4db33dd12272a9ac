job "training" {
  datacenters = ["dc1"]
  type        = "batch"
  group "train" {
    task "train" {
      driver = "docker"
      config {
        image   = "cuda:12"
        command = "nvidia-smi"
      }
      resources {
        cores  = 8
        memory = 16000
        numa {
          affinity = "require"
          devices  = ["nvidia/gpu"]
        }
        device "nvidia/gpu" {
          count = 2
          constraint {
            attribute = "${device.attr.memory}"
            operator  = ">="
            value     = "2 GiB"
          }
          affinity {
            attribute = "${device.attr.memory}"
            operator  = ">="
            value     = "4 GiB"
            weight    = 75
          }
        }
        secrets = 4
      }
    }
  }
}
