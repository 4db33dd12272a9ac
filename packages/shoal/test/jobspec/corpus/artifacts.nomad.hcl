job "artifacts" {
  datacenters = ["dc1"]
  group "g" {
    task "t" {
      driver = "exec"
      config {
        command = "local/bin/app"
      }
      artifact {
        source      = "git::https://github.com/example/repo"
        destination = "local/repo"
        options {
          sshkey = "abc"
          ref    = "main"
          depth  = 1
        }
      }
      artifact {
        source      = "s3::https://s3.eu-central-1.amazonaws.com/bucket/app.tar.gz"
        destination = "local/bin"
        options {
          archive               = false
          aws_access_key_id     = "id"
          aws_access_key_secret = "secret"
          region                = "eu-central-1"
        }
      }
      artifact {
        source   = "https://internal.example.com/file.txt"
        mode     = "file"
        insecure = true
        chown    = true
        headers {
          X-Nomad-Alloc = "${NOMAD_ALLOC_ID}"
        }
      }
    }
  }
}
