job "ebs-nodes" {
  datacenters = ["dc1"]
  type        = "system"
  group "nodes" {
    task "plugin" {
      driver = "docker"
      config {
        image      = "aws-ebs-csi-driver:v1.26.0"
        args       = ["node", "--endpoint=unix://csi/csi.sock", "--logtostderr", "--v=5"]
        privileged = true
      }
      csi_plugin {
        id                     = "aws-ebs0"
        type                   = "node"
        mount_dir              = "/csi"
        stage_publish_base_dir = "/local/csi"
        health_timeout         = "30s"
      }
      resources {
        cpu    = 100
        memory = 64
      }
    }
  }
}
