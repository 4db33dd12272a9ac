job "vaulted" {
  datacenters = ["dc1"]
  vault {
    role        = "prod"
    cluster     = "default"
    change_mode = "noop"
  }
  group "g" {
    vault {
      policies      = ["a", "b"]
      namespace     = "engineering/frontend"
      env           = false
      disable_file  = true
      change_mode   = "signal"
      change_signal = "SIGUSR1"
    }
    task "t" {
      driver = "docker"
      config { image = "x" }
      vault {
        role                   = "own"
        allow_token_expiration = true
      }
    }
    task "u" {
      driver = "docker"
      config { image = "x" }
    }
  }
}
