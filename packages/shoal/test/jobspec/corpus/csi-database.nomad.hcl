job "mysql" {
  datacenters = ["dc1"]
  group "mysql" {
    volume "data" {
      type            = "csi"
      source          = "mysql"
      read_only       = false
      attachment_mode = "file-system"
      access_mode     = "single-node-writer"
      per_alloc       = true
      mount_options {
        fs_type     = "ext4"
        mount_flags = ["noatime"]
      }
    }
    network {
      port "db" {
        static = 3306
      }
    }
    task "server" {
      driver = "docker"
      volume_mount {
        volume           = "data"
        destination      = "/srv"
        read_only        = false
        propagation_mode = "private"
      }
      env = {
        "MYSQL_ROOT_PASSWORD" = "password"
      }
      config {
        image = "mysql:8"
        args  = ["--datadir", "/srv/mysql"]
        ports = ["db"]
      }
      service {
        name = "mysql"
        port = "db"
        check {
          type     = "script"
          name     = "ping"
          command  = "/usr/bin/mysqladmin"
          args     = ["ping"]
          interval = "30s"
          timeout  = "5s"
        }
      }
    }
  }
}
