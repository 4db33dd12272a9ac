job "office-hours" {
  datacenters = ["dc1"]
  group "g" {
    task "scheduled" {
      driver = "docker"
      schedule {
        cron {
          start    = "30 9 * * MON-FRI *"
          end      = "0 16"
          timezone = "America/New_York"
        }
      }
      config {
        image = "x"
      }
    }
  }
}
