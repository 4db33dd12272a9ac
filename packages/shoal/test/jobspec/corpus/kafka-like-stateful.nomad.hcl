job "queue" {
  datacenters = ["dc1"]
  constraint {
    operator = "distinct_hosts"
    value    = "true"
  }
  group "broker" {
    count = 3
    network {
      mode = "host"
      port "client" { static = 9092 }
      port "peer" { static = 9093 }
    }
    update {
      max_parallel     = 1
      min_healthy_time = "1m"
      healthy_deadline = "10m"
      progress_deadline = "20m"
    }
    task "broker" {
      driver = "java"
      config {
        class       = "org.example.Broker"
        class_path  = "local/lib/*"
        jvm_options = ["-Xmx2g"]
      }
      env {
        BROKER_ID = "${NOMAD_ALLOC_INDEX}"
        PEERS     = "_queue-peer._tcp.service.consul"
      }
      meta {
        purpose = "events"
      }
    }
  }
}
