/** The repos of the demo: each writes its base image in another way, and one has not been touched for a year. */
import type { StandInGitHub } from '../stand-ins/github/index.ts'
import type { StandInRegistry } from '../stand-ins/registry/index.ts'

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

const day = 24 * 60 * 60 * 1000

/** Makes the repos with pins to what the tags show now. */
export function createRepos(
  github: StandInGitHub,
  registry: StandInRegistry,
  pins: { readonly python: string; readonly node: string },
  asOf: Date,
): readonly DemoRepo[] {
  const { host } = registry
  const make = (name: string, about: string, files: Record<string, string>, pushedDaysAgo = 3): DemoRepo => {
    github.createRepo(name, { files, pushedAt: new Date(asOf.getTime() - pushedDaysAgo * day) })
    return { name, about, file: Object.keys(files)[0] ?? '' }
  }
  return [
    make('acme/web', 'pinned in one line', {
      Dockerfile: `FROM ${host}/library/python:3.12-slim@${pins.python}\nCOPY . /app\nCMD ["python", "/app/main.py"]\n`,
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
    make('acme/shop', 'multi-stage, with COPY --from', {
      Dockerfile: [
        `FROM ${host}/library/node:22-alpine@${pins.node} AS assets`,
        'RUN npm run build',
        `FROM ${host}/library/python:3.12-slim@${pins.python}`,
        `COPY --from=${host}/library/python:3.12-slim@${pins.python} /usr/local/bin/pip /usr/local/bin/pip`,
        'COPY --from=assets /dist /srv',
        '',
      ].join('\n'),
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
