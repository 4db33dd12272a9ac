job "reports" {
  datacenters = ["dc1"]
  type        = "batch"
  periodic {
    crons     = ["0 6 * * MON-FRI", "@monthly"]
    time_zone = "UTC"
    enabled   = true
  }
  group "reports" {
    task "report" {
      driver = "docker"
      config {
        image   = "reports:latest"
        command = "make-report"
      }
    }
  }
}
