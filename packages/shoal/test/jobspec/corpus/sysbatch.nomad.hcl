job "patch" {
  type        = "sysbatch"
  datacenters = ["dc1"]
  periodic {
    cron             = "0 0 */2 ? * *"
    prohibit_overlap = true
  }
  group "patch" {
    task "patch" {
      driver = "raw_exec"
      user   = "root"
      config {
        command = "/usr/bin/apt-get"
        args    = ["-y", "upgrade"]
      }
      resources {
        cpu    = 50
        memory = 32
      }
    }
  }
}
