job "housekeeping" {
  datacenters = ["dc1"]
  type        = "batch"
  group "clean" {
    task "clean" {
      driver = "raw_exec"
      template {
        data        = <<-EOT
          #!/bin/sh
          set -eu
          find /var/tmp -mtime +$${DAYS:-7} -delete
        EOT
        destination = "local/clean.sh"
        perms       = "0755"
      }
      config {
        command = "local/clean.sh"
      }
    }
  }
}
