/** The repos of the demo: each names its images in another way, and one has not been touched for a year. */
import type { StandInGitHub } from '../stand-ins/github/index.ts'
import type { StandInRegistry } from '../stand-ins/registry/index.ts'
import { cacheTag } from './images.ts'

export type DemoRepo = { readonly name: string; readonly about: string; readonly file: string }

const buildWorkflow = `name: build
on:
  workflow_dispatch:
    inputs:
      no-cache: { type: boolean, default: false }
      pull: { type: boolean, default: false }
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - run: docker build --pull --no-cache .
`

const maintenancePolicy = `# Nobody works here any more, but customers still run the image.
rebuild:
  schedule: weekly
  onFix: true
  workflow: build.yml
  inputs: { no-cache: true, pull: true }
`

const shopPolicy = `# The cache may go to newer versions within 7.
images:
  - match: "*/library/redis"
    follow: minor
`

/** Gives ARG BASE another value than the Dockerfile does; this is what gets built. */
const imageWorkflow = (base: string) => `name: image
on: { push: { branches: [main] } }
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: docker/build-push-action@v6
        with:
          context: .
          build-args: |
            BASE=${base}
`

const day = 24 * 60 * 60 * 1000

/** Makes the repos with pins to what the tags show now. */
export function createRepos(
  github: StandInGitHub,
  registry: StandInRegistry,
  pins: { readonly python: string; readonly node: string; readonly redis: string },
  asOf: Date,
): readonly DemoRepo[] {
  const { host } = registry
  const python = `${host}/library/python:3.12-slim@${pins.python}`
  const make = (name: string, about: string, files: Record<string, string>, pushedDaysAgo = 3): DemoRepo => {
    github.createRepo(name, { files, pushedAt: new Date(asOf.getTime() - pushedDaysAgo * day) })
    return { name, about, file: Object.keys(files)[0] ?? '' }
  }
  return [
    make('acme/web', 'the same image in a Dockerfile and a Compose file', {
      Dockerfile: `FROM ${python}\nCOPY . /app\nCMD ["python", "/app/main.py"]\n`,
      'compose.yaml': `services:\n  web:\n    build: .\n  cron:\n    image: "${python}" # the same as in the Dockerfile\n    command: python /app/cron.py\n`,
    }),
    make('acme/worker', 'put together from ARGs', {
      'docker/Dockerfile': [
        `ARG REGISTRY=${host}`,
        'ARG PY=3.12',
        `ARG PIN=${pins.python}`,
        'FROM ${REGISTRY}/library/python:${PY}-slim@${PIN}',
        'RUN pip install celery',
        '',
      ].join('\n'),
    }),
    make('acme/api', 'with a default that nobody builds: the workflow gives another value', {
      Dockerfile: `ARG BASE=${host}/library/python:3.11-slim\nFROM ${'${BASE}'}\nCOPY . /app\n`,
      '.github/workflows/image.yml': imageWorkflow(python),
    }),
    make('acme/shop', 'multi-stage, with COPY --from; its cache may move to newer tags', {
      Dockerfile: [
        `FROM ${host}/library/node:22-alpine@${pins.node} AS assets`,
        'RUN npm run build',
        `FROM ${python}`,
        `COPY --from=${python} /usr/local/bin/pip /usr/local/bin/pip`,
        'COPY --from=assets /dist /srv',
        '',
      ].join('\n'),
      'compose.yaml': `services:\n  shop:\n    build: .\n  cache:\n    image: ${host}/library/redis:${cacheTag}@${pins.redis}\n`,
      '.github/underpin.yml': shopPolicy,
    }),
    make(
      'acme/billing-legacy',
      'in maintenance mode: no commit for 400 days, rebuilt weekly, and when a fix waits',
      {
        Dockerfile: `FROM ${host}/library/python:3.12-slim\nRUN apt-get update && apt-get upgrade -y\n`,
        '.github/underpin.yml': maintenancePolicy,
        '.github/workflows/build.yml': buildWorkflow,
      },
      400,
    ),
  ]
}
