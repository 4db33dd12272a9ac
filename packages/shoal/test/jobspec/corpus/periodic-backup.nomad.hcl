job "backup" {
  datacenters = ["dc1"]
  type        = "batch"
  periodic {
    cron             = "15 3 * * *"
    prohibit_overlap = true
    time_zone        = "Europe/Berlin"
  }
  group "backup" {
    restart {
      attempts = 2
      interval = "30m"
      delay    = "1m"
      mode     = "fail"
    }
    task "dump" {
      driver = "exec"
      config {
        command = "/bin/bash"
        args    = ["-c", "pg_dump -Fc shop | aws s3 cp - s3://backups/$(date +%F).dump"]
      }
      vault {
        policies = ["backup"]
      }
      template {
        data        = <<EOF
PGPASSWORD="{{ with secret "database/creds/backup" }}{{ .Data.password }}{{ end }}"
EOF
        destination = "secrets/file.env"
        env         = true
      }
    }
  }
}
