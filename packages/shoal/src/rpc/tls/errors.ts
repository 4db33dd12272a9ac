/** The folder holds the certificate of an authority whose key is elsewhere: this agent joined a cluster, and is now to be a server of its own. */
export class OtherClusterError extends Error {
  readonly code = 'other-cluster';
  constructor(dir: string) {
    super(
      `This agent has joined a cluster (its certificates are in ${dir}) and cannot be the server of another one. Give the server a data_dir of its own, or remove that folder to start a new cluster.`,
    );
    this.name = 'OtherClusterError';
  }
}

/** A file of a certificate or key that was named cannot be used. */
export class CertificateFileError extends Error {
  readonly code = 'certificate-file';
  constructor(file: string, reason: string) {
    super(
      `The file ${file} cannot be used for TLS: ${reason}. Files are made with "shoal tls ca create" and "shoal tls cert create".`,
    );
    this.name = 'CertificateFileError';
  }
}
