job "postgres" {
  datacenters = ["dc1"]
  group "db" {
    network {
      port "pg" { static = 5432 }
    }
    volume "pg" {
      type      = "host"
      read_only = false
      source    = "postgres"
    }
    restart {
      attempts = 10
      interval = "5m"
      delay    = "25s"
      mode     = "delay"
    }
    task "postgres" {
      driver = "docker"
      volume_mount {
        volume      = "pg"
        destination = "/var/lib/postgresql/data"
        read_only   = false
      }
      config {
        image    = "postgres:16"
        ports    = ["pg"]
        shm_size = 268435456
      }
      env {
        POSTGRES_PASSWORD = "example"
        PGDATA            = "/var/lib/postgresql/data/pgdata"
      }
      kill_timeout = "2m"
      kill_signal  = "SIGINT"
      service {
        name = "${JOB}-${TASK}"
        port = "pg"
        check {
          type     = "tcp"
          interval = "10s"
          timeout  = "2s"
        }
      }
      resources {
        cpu        = 1000
        memory     = 1024
        memory_max = 2048
      }
    }
  }
}
