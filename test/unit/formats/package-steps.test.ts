/** What a build without a cache brings up to date. */
import { expect, test } from 'vitest'
import { packageSteps } from '../../../src/formats/dockerfile/package-steps.ts'

const steps = (...lines: readonly string[]) => packageSteps(Buffer.from(lines.join('\n')))
const all = { upgradesAll: true, names: [] }
const names = (...which: readonly string[]) => ({ upgradesAll: false, names: which })

test.each([
  ['apt-get upgrade', ['RUN apt-get update && apt-get upgrade -y && rm -rf /var/lib/apt/lists/*'], all],
  ['apt-get dist-upgrade with options in front', ['RUN DEBIAN_FRONTEND=noninteractive apt-get -o APT::Get::Assume-Yes=true -qq dist-upgrade'], all],
  ['an exec form', ['RUN ["apt-get", "upgrade", "-y"]'], all],
  ['apk upgrade', ['RUN apk upgrade --no-cache'], all],
  ['apk -U upgrade', ['RUN apk -U upgrade'], all],
  ['dnf update', ['RUN dnf -y update && dnf clean all'], all],
  ['dnf update of one package', ['RUN dnf -y update openssl'], names('openssl')],
  ['zypper patch', ['RUN zypper --non-interactive patch'], all],
  ['a heredoc', ['RUN <<EOF', 'apt-get update', 'apt-get upgrade -y', 'EOF'], all],
  [
    'lines with comments between them',
    ['RUN apt-get update && \\', '# security', '    apt-get install -y \\', '  curl libssl3:amd64 \\', '  git/bookworm'],
    names('curl', 'git', 'libssl3'),
  ],
  ['a package held to a version', ['RUN apt-get install -y curl=7.88.1-10 git'], names('git')],
  ['a package from a variable or a file', ['RUN apt-get install -y $PACKAGES ./tool.deb git'], names('git')],
  ['apk add without --upgrade, which keeps what is there', ['RUN apk add --no-cache openssl'], names()],
  ['apk add --upgrade', ['RUN apk add --no-cache --upgrade openssl'], names('openssl')],
  ['apt-get update alone', ['RUN apt-get update'], names()],
  ['a word that only looks like it', ['RUN echo apt-get-upgrade'], names()],
])('%s', (_rule, lines, expected) => {
  expect(steps('FROM debian:12', ...lines)).toEqual(expected)
})

test('only stages that the last one stands on count', () => {
  const file = [
    'FROM debian:12 AS base',
    'RUN apt-get install -y curl',
    'FROM debian:12 AS build',
    'RUN apt-get upgrade -y',
    'FROM base',
    'COPY --from=build /x /x',
    'RUN apt-get install -y git',
  ]

  expect(steps(...file)).toEqual(names('curl', 'git'))
})

test('a stage that is called as its own base is not walked for ever', () => {
  expect(steps('FROM debian AS debian', 'RUN apt-get upgrade -y', 'FROM debian AS debian', 'RUN apt-get install -y git')).toEqual({
    upgradesAll: true,
    names: ['git'],
  })
})

test('a file that BuildKit refuses has no steps', () => {
  expect(steps('RUN apt-get upgrade -y <<EOF', 'x')).toEqual(names())
})
