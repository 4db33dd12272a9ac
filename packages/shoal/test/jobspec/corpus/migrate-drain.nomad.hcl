job "sessions" {
  datacenters = ["dc1"]
  migrate {
    max_parallel     = 2
    health_check     = "task_states"
    min_healthy_time = "5s"
    healthy_deadline = "2m"
  }
  group "sessions" {
    count = 4
    ephemeral_disk {
      migrate = true
      size    = 2000
      sticky  = true
    }
    task "sessions" {
      driver = "exec"
      config {
        command = "/bin/sessions"
      }
    }
  }
}
