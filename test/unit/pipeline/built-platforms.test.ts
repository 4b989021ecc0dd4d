/** From what a workflow builds to what is decided about a base: platforms end to end. */
import { describe, expect, test } from 'vitest'
import { parsePlatform, type Platform } from '../../../src/domain/image/platform.ts'
import { readFiles, usesOf } from '../../../src/pipeline/discover/read-files.ts'
import { decideUse } from '../../../src/policy/decide.ts'
import { toDigest, toManifest, toUseFacts } from '../policy/case-facts.ts'

const workflow = (platforms: string) =>
  `on: push\njobs:\n  image:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - uses: docker/build-push-action@v6\n        with:\n          context: .\n          platforms: ${platforms}\n`
const pin = `sha256:${'a'.repeat(64)}`

/** The decisions about the bases of the Dockerfile, where the index moved as told. */
async function decided(dockerfile: string, platforms: string, before: Record<string, string>, after: Record<string, string>): Promise<readonly string[]> {
  const files = [
    { path: 'Dockerfile', bytes: Buffer.from(dockerfile) },
    { path: '.github/workflows/image.yml', bytes: Buffer.from(workflow(platforms)) },
  ]
  const uses = usesOf(await readFiles(async (format, file, surroundings) => format.read(file, surroundings), files))
  return uses.map((use) => {
    const facts = toUseFacts({
      asOf: '2026-11-22T00:00:00Z',
      policy: [],
      use,
      upstream: { digest: 'sha256:b*', firstSeen: null, manifest: after, pinned: { manifest: before } },
    })
    const { kind, reasons } = decideUse({ ...facts, use })
    return `${kind} ${reasons[0]?.rule}`
  })
}

const one = `FROM alpine:3.20@${pin}\n`
const before = { 'linux/amd64': 'sha256:1*', 'linux/arm64': 'sha256:2*', 'linux/s390x': 'sha256:3*' }

describe('a base of what a workflow builds', () => {
  test('is current where the images for its platforms are the same', async () => {
    expect(await decided(one, 'linux/amd64,linux/arm64/v8', before, { ...before, 'linux/s390x': 'sha256:4*' })).toEqual(['current same-images'])
  })

  test('moves where one of them moved', async () => {
    expect(await decided(one, 'linux/amd64,linux/arm64', before, { ...before, 'linux/arm64': 'sha256:4*' })).toEqual(['update moved'])
  })

  test('is held where one of them is lost, and not where another one is', async () => {
    const { 'linux/arm64': _, ...without } = { ...before, 'linux/amd64': 'sha256:4*' }
    expect(await decided(one, 'linux/amd64,linux/arm64', before, without)).toEqual(['hold lost-platform'])
    expect(await decided(one, 'linux/amd64,linux/s390x', before, without)).toEqual(['update moved'])
  })

  test('counts for every platform where a part of them is known only when it runs', async () => {
    expect(await decided(one, 'linux/amd64,${{ matrix.platform }}', before, { ...before, 'linux/s390x': 'sha256:4*' })).toEqual(['update moved'])
  })

  test('of a stage on the platform of the builder counts for every platform', async () => {
    const text = `FROM --platform=$BUILDPLATFORM golang:1.22@${pin} AS build\nFROM --platform=$TARGETPLATFORM alpine:3.20@${pin}\nCOPY --from=build / /\n`
    expect(await decided(text, 'linux/arm64', before, { ...before, 'linux/amd64': 'sha256:4*' })).toEqual(['update moved', 'current same-images'])
  })

  test('counts for the build of Windows that is asked for', async () => {
    const windows = { 'windows/amd64@10.0.20348.2700': 'sha256:1*', 'windows/amd64@10.0.17763.6000': 'sha256:2*' }
    const after = { 'windows/amd64@10.0.20348.2700': 'sha256:1*', 'windows/amd64@10.0.17763.6100': 'sha256:4*' }
    expect(await decided(one, 'windows(10.0.20348)/amd64', windows, after)).toEqual(['current same-images'])
    expect(await decided(one, 'windows/amd64', windows, after)).toEqual(['update moved'])
  })
})

test('an index holds Windows builds apart', () => {
  const manifest = toManifest(toDigest('sha256:a*'), { 'windows/amd64@10.0.20348.2700': 'sha256:1*', 'windows/amd64@10.0.17763.6000': 'sha256:2*' })
  const platforms: readonly (Platform | null)[] = manifest.kind === 'index' ? manifest.manifests.map(({ platform }) => platform) : []
  expect(platforms).toEqual([parsePlatform('windows(10.0.20348.2700)/amd64'), parsePlatform('windows(10.0.17763.6000)/amd64')])
})
