/** A reference to an image (https://pkg.go.dev/github.com/distribution/reference), taken apart. */
export type ImageName = {
  /** As the engine takes it in `fromImage`: with its registry where one is named. */
  repository: string;
  /** '' beside a digest. */
  tag: string;
  digest: string;
  /** Where credentials are looked up; `index.docker.io` for the public hub. */
  registry: string;
};

const HUB = 'index.docker.io';

/** Image names in job files may begin with `https://`. A name without tag and digest means `latest`. */
export function parseImageName(text: string): ImageName {
  const [name = '', digest = ''] = text
    .trim()
    .replace(/^https?:\/\//, '')
    .split('@', 2);
  const colon = name.lastIndexOf(':');
  const tagged = colon > name.lastIndexOf('/');
  const repository = tagged ? name.slice(0, colon) : name;
  const [first = '', ...rest] = repository.split('/');
  const named = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  return {
    repository,
    tag: tagged ? name.slice(colon + 1) : digest === '' ? 'latest' : '',
    digest,
    registry: named && first !== 'docker.io' ? first : HUB,
  };
}

export function imageText({ repository, tag, digest }: ImageName): string {
  return `${repository}${tag && `:${tag}`}${digest && `@${digest}`}`;
}
