job "edge" {
  datacenters = ["dc1"]
  group "kiosk" {
    disconnect {
      lost_after = "6h"
      replace    = false
      reconcile  = "keep_original"
    }
    task "kiosk" {
      driver = "raw_exec"
      config { command = "/bin/kiosk" }
    }
  }
  group "old-words" {
    stop_after_client_disconnect = "1m"
    prevent_reschedule_on_lost   = true
    shutdown_delay               = "10s"
    task "kiosk" {
      driver = "raw_exec"
      config { command = "/bin/kiosk" }
    }
  }
  group "unknown" {
    max_client_disconnect = "1h"
    task "kiosk" {
      driver = "raw_exec"
      config { command = "/bin/kiosk" }
    }
  }
}
