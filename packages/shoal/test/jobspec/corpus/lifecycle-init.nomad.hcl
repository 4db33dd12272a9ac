job "lifecycle" {
  datacenters = ["dc1"]
  group "app" {
    task "wait-for-db" {
      driver = "exec"
      lifecycle {
        hook    = "prestart"
        sidecar = false
      }
      config {
        command = "sh"
        args    = ["-c", "while ! nc -z db.service.consul 5432; do sleep 1; done"]
      }
    }
    task "main" {
      driver = "exec"
      leader = true
      config {
        command = "/bin/app"
      }
    }
    task "log-shipper" {
      driver = "exec"
      lifecycle {
        hook    = "poststart"
        sidecar = true
      }
      config {
        command = "/bin/ship"
      }
    }
    task "goodbye" {
      driver = "exec"
      lifecycle {
        hook = "poststop"
      }
      config {
        command = "/bin/notify"
      }
    }
  }
}
