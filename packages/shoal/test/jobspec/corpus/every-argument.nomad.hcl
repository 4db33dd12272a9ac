# Every argument of the job specification that is documented, to its latest version.
job "all" {
  name = "all"
  id = "all"
  region = "global"
  namespace = "default"
  node_pool = "default"
  datacenters = ["*"]
  type = "service"
  priority = 50
  all_at_once = false
  consul_token = "a"
  vault_token = "b"
  ui {
    description = "d"
    link {
      label = "l"
      url = "https://example.org"
    }
  }
  constraint {
    attribute = "${attr.kernel.name}"
    operator = "regexp"
    value = "linux"
  }
  affinity {
    attribute = "${node.datacenter}"
    value = "dc1"
    weight = 100
  }
  spread {
    attribute = "${node.datacenter}"
    weight = 100
    target "dc1" {
      percent = 100
    }
  }
  multiregion {
    strategy {
      max_parallel = 1
      on_failure = "fail_all"
    }
    region "west" {
      count = 2
      datacenters = ["west-1"]
      node_pool = "dev"
      meta {
        a = "b"
      }
    }
  }
  update {
    max_parallel = 3
    health_check = "checks"
    min_healthy_time = "10s"
    healthy_deadline = "5m"
    progress_deadline = "10m"
    auto_revert = true
    auto_promote = true
    canary = 1
    stagger = "30s"
  }
  reschedule {
    attempts = 15
    interval = "1h"
    delay = "30s"
    delay_function = "exponential"
    max_delay = "120s"
    unlimited = false
  }
  migrate {
    max_parallel = 1
    health_check = "checks"
    min_healthy_time = "10s"
    healthy_deadline = "5m"
  }
  vault {
    policies = ["p"]
  }
  group "g" {
    count = 1
    prevent_reschedule_on_lost = false
    shutdown_delay = "1s"
    consul {
      cluster = "default"
      namespace = "n"
      partition = "p"
    }
    disconnect {
      lost_after = "6h"
      replace = true
      reconcile = "best_score"
    }
    ephemeral_disk {
      size = 300
      sticky = true
      migrate = true
    }
    scaling {
      enabled = true
      min = 0
      max = 10
      policy {
        cooldown = "1m"
        evaluation_interval = "10s"
        on_check_error = "fail"
        check "active" {
          source = "prometheus"
          query = "x"
          group = "g"
          strategy "target-value" {
            target = 1
          }
          on_error = "ignore"
        }
      }
    }
    network {
      mode = "bridge"
      hostname = "x"
      cni {
        args = {
          a = "b"
        }
      }
      dns {
        servers = ["1.1.1.1"]
        searches = ["x"]
        options = ["ndots:2"]
      }
      port "http" {
        static = 80
        to = 8080
        host_network = "public"
        ignore_collision = true
      }
    }
    restart {
      attempts = 3
      delay = "10s"
      interval = "5m"
      mode = "delay"
      render_templates = true
    }
    volume "v" {
      type = "host"
      source = "v"
      read_only = true
      sticky = true
      per_alloc = false
    }
    service {
      provider = "consul"
      name = "s"
      port = "http"
      cluster = "default"
      kind = "x"
      address = "1.2.3.4"
      address_mode = "auto"
      tags = ["a"]
      canary_tags = ["b"]
      enable_tag_override = true
      tagged_addresses {
        wan = "1.2.3.4"
      }
      task = "t"
      on_update = "ignore_warnings"
      meta {
        a = "b"
      }
      canary_meta {
        a = "c"
      }
      weights {
        passing = 3
        warning = 1
      }
      identity {
        aud = ["consul.io"]
        ttl = "1h"
      }
      check_restart {
        limit = 3
        grace = "90s"
        ignore_warnings = true
      }
      check {
        name = "c"
        type = "grpc"
        grpc_service = "x"
        grpc_use_tls = true
        tls_skip_verify = true
        tls_server_name = "n"
        interval = "10s"
        timeout = "2s"
        success_before_passing = 1
        failures_before_critical = 2
        failures_before_warning = 1
        initial_status = "warning"
        on_update = "require_healthy"
        notes = "n"
        address_mode = "alloc"
        port = "http"
        task = "t"
      }
      check {
        type = "http"
        path = "/"
        method = "POST"
        protocol = "https"
        body = "{}"
        interval = "10s"
        timeout = "2s"
        header {
          Authorization = ["Basic x"]
        }
        check_restart {
          limit = 1
        }
      }
      check {
        type = "script"
        command = "/bin/x"
        args = ["a"]
        interval = "10s"
        timeout = "2s"
        task = "t"
      }
      connect {
        sidecar_service {
          disable_default_tcp_check = true
          port = "http"
          tags = ["a"]
          meta {
            a = "b"
          }
          proxy {
            local_service_address = "127.0.0.1"
            local_service_port = 80
            config {
              a = "b"
            }
            transparent_proxy {
              uid = "101"
              outbound_port = 15001
              exclude_inbound_ports = ["www", "9000"]
              exclude_outbound_ports = [443, 80]
              exclude_outbound_cidrs = ["10.0.0.0/8"]
              exclude_uids = ["1", "10"]
              no_dns = false
            }
            upstreams {
              destination_name = "x"
              destination_namespace = "n"
              destination_partition = "p"
              destination_peer = "pe"
              destination_type = "service"
              datacenter = "dc1"
              local_bind_address = "127.0.0.1"
              local_bind_port = 1
              local_bind_socket_path = "/x"
              local_bind_socket_mode = "0600"
              mesh_gateway {
                mode = "local"
              }
              config {
                connect_timeout_ms = 1
              }
            }
            expose {
              path {
                path = "/x"
                protocol = "http"
                local_path_port = 1
                listener_port = "h"
              }
            }
          }
        }
        sidecar_task {
          name = "n"
          driver = "docker"
          user = "u"
          config {
            image = "x"
          }
          env {
            A = "b"
          }
          resources {
            cpu = 1
          }
          meta {
            a = "b"
          }
          logs {
            max_files = 1
          }
          kill_timeout = "1s"
          kill_signal = "SIGINT"
          shutdown_delay = "1s"
          volume_mount {
            volume = "v"
            destination = "/x"
          }
        }
      }
    }
    service {
      name = "gw"
      port = "http"
      connect {
        gateway {
          proxy {
            connect_timeout = "5s"
            envoy_gateway_bind_tagged_addresses = true
            envoy_gateway_no_default_bind = true
            envoy_dns_discovery_type = "LOGICAL_DNS"
            envoy_gateway_bind_addresses "a" {
              address = "0.0.0.0"
              port = 80
            }
            config {
              a = "b"
            }
          }
          ingress {
            tls {
              enabled = true
              tls_min_version = "TLSv1_2"
              tls_max_version = "TLSv1_3"
              cipher_suites = ["x"]
              sds {
                cluster_name = "c"
                cert_resource = "r"
              }
            }
            listener {
              port = 80
              protocol = "http"
              service {
                name = "x"
                hosts = ["a"]
                max_connections = 1
                max_concurrent_requests = 1
                max_pending_requests = 1
                tls {
                  sds {
                    cluster_name = "c"
                    cert_resource = "r"
                  }
                }
                request_headers {
                  add = {
                    a = "b"
                  }
                  set = {
                    a = "b"
                  }
                  remove = ["x"]
                }
                response_headers {
                  add = {
                    a = "b"
                  }
                }
              }
            }
          }
        }
      }
    }
    service {
      name = "term"
      port = "http"
      connect {
        gateway {
          terminating {
            service {
              name = "x"
              ca_file = "a"
              cert_file = "b"
              key_file = "c"
              sni = "d"
            }
          }
        }
      }
    }
    service {
      name = "mesh"
      port = "http"
      connect {
        gateway {
          mesh {
          }
        }
      }
    }
    service {
      name = "nat"
      port = "http"
      task = "t"
      connect {
        native = true
      }
    }
    task "t" {
      driver = "docker"
      user = "u"
      leader = false
      kind = "k"
      kill_timeout = "10s"
      kill_signal = "SIGINT"
      shutdown_delay = "1s"
      config {
        image = "x"
      }
      env {
        A = "b"
      }
      meta {
        a = "b"
      }
      action "migrate" {
        command = "/bin/x"
        args = ["a"]
      }
      consul {
        cluster = "c"
        namespace = "n"
        partition = "p"
      }
      vault {
        policies = ["a"]
        role = "r"
        cluster = "default"
        namespace = "n"
        env = false
        disable_file = true
        change_mode = "signal"
        change_signal = "SIGHUP"
        allow_token_expiration = true
      }
      identity {
        env = true
        file = true
      }
      identity {
        name = "vault_default"
        aud = ["vault.io"]
        env = true
        file = true
        filepath = "secrets/x"
        ttl = "1h"
        change_mode = "signal"
        change_signal = "SIGHUP"
      }
      secret "foo" {
        provider = "nomad"
        path = "nomad/jobs/x"
        config {
          namespace = "default"
        }
        env {
          A = "b"
        }
      }
      schedule {
        cron {
          start = "0 30 9 * * MON-FRI *"
          end = "0 16"
          timezone = "America/New_York"
        }
      }
      artifact {
        source = "https://example.org/x.tgz"
        destination = "local/x"
        mode = "file"
        chown = true
        insecure = true
        options {
          checksum = "md5:df6a4178aec9fbdc1d6d7e3634d1bc33"
        }
        headers {
          a = "b"
        }
      }
      template {
        data = "x"
        destination = "local/x"
        change_mode = "script"
        change_script {
          command = "/bin/x"
          args = ["a"]
          timeout = "5s"
          fail_on_error = true
        }
        env = false
        once = true
        error_on_missing_key = true
        left_delimiter = "[["
        right_delimiter = "]]"
        perms = "600"
        uid = 1000
        gid = 1000
        splay = "5s"
        vault_grace = "1s"
        wait {
          min = "1s"
          max = "2s"
        }
      }
      logs {
        max_files = 1
        max_file_size = 1
        disabled = true
      }
      lifecycle {
        hook = "prestart"
        sidecar = true
      }
      resources {
        cores = 2
        memory = 128
        memory_max = 256
        secrets = 10
        numa {
          affinity = "require"
          devices = ["nvidia/gpu"]
        }
        device "nvidia/gpu" {
          count = 1
          constraint {
            attribute = "${device.attr.memory}"
            operator = ">="
            value = "2 GiB"
          }
          affinity {
            attribute = "${device.attr.memory}"
            operator = ">="
            value = "4 GiB"
            weight = 75
          }
        }
      }
      scaling "cpu" {
        enabled = true
        min = 1
        max = 2
        policy {
        }
      }
      volume_mount {
        volume = "v"
        destination = "/x"
        read_only = true
        propagation_mode = "private"
        selinux_label = "Z"
      }
      csi_plugin {
        id = "x"
        type = "node"
        mount_dir = "/csi"
        stage_publish_base_dir = "/local/csi"
        health_timeout = "30s"
      }
      dispatch_payload {
        file = "x"
      }
    }
  }
}
