job "billing" {
  datacenters = ["dc1"]
  group "billing" {
    network {
      port "http" {}
      port "jmx" {}
    }
    task "server" {
      driver = "java"
      config {
        jar_path    = "local/billing.jar"
        jvm_options = ["-Xmx512m", "-Xms256m", "-Dserver.port=${NOMAD_PORT_http}"]
        args        = ["--spring.profiles.active=prod"]
      }
      env {
        JAVA_TOOL_OPTIONS = "-XX:+UseContainerSupport"
      }
      artifact {
        source = "https://repo.example.com/billing/2.1.0/billing.jar"
        mode   = "file"
        destination = "local/billing.jar"
        headers {
          Authorization = "Bearer abc"
        }
      }
      resources {
        cpu    = 1000
        memory = 768
      }
      kill_timeout = "45s"
      kill_signal  = "SIGTERM"
    }
  }
}
