/** The registry contract on Debian's docker-registry, open and behind htpasswd, filled by skopeo from OCI layouts that we generate. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { createHttp } from '../../src/adapters/http/index.ts'
import { createRegistry, type StoredCredential } from '../../src/adapters/registry/index.ts'
import { contractFallback, contractImages, registryContract } from '../contract/registry.ts'
import { type BuiltImage, sha256 } from '../stand-ins/registry/content.ts'
import { writeOciLayout } from '../stand-ins/registry/oci-layout.ts'

const run = promisify(execFile)
const login = { username: 'reader', password: 'canary-secret' }

/** Starts a registry with the contract's images in it; `htpasswd` guards it. A missing program fails here. */
async function startReal(guarded: boolean) {
  const folder = await mkdtemp(path.join(tmpdir(), 'underpin-registry-'))
  const host = `127.0.0.1:${await freePort()}`
  const passwords = path.join(folder, 'htpasswd')
  if (guarded) await writeFile(passwords, (await run('htpasswd', ['-Bbn', login.username, login.password])).stdout)
  const auth = guarded ? `auth:\n  htpasswd:\n    realm: underpin\n    path: ${passwords}\n` : ''
  const config = path.join(folder, 'config.yml')
  await writeFile(config, `version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: ${folder}/storage\nhttp:\n  addr: ${host}\n${auth}`)
  const child = spawn('docker-registry', ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'] })
  await listening(child)
  for (const [reference, image] of Object.entries(contractImages)) {
    const layout = path.join(folder, reference.replaceAll(/\W/g, '-'))
    await mkdir(layout)
    await writeOciLayout(layout, 'pushed', image)
    const credentials = guarded ? ['--dest-creds', `${login.username}:${login.password}`] : []
    const policy = ['--insecure-policy', 'copy', '--all', '--preserve-digests', '--dest-tls-verify=false', ...credentials]
    await run('skopeo', [...policy, `oci:${layout}:pushed`, `docker://${host}/${reference}`])
  }
  await push(host, 'acme/single', contractFallback.tag, contractFallback.image)
  return {
    host,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill()
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function subject(guarded: boolean) {
  const { host, stop } = await startReal(guarded)
  const http = createHttp({ allowPrivate: [host], userAgent: 'underpin-test' })
  const credentials: readonly StoredCredential[] = guarded ? [{ id: 'login', registry: host, ...login, installations: 'all' }] : []
  const registry = createRegistry({ http, credentials, registries: [{ host, insecure: true }] })
  const close = async () => {
    await http.close()
    await stop()
  }
  return { registry, host, scope: guarded ? 'login' : 'public', close }
}

registryContract('an open docker-registry', () => subject(false))
registryContract('a docker-registry behind htpasswd', () => subject(true))

test('a docker-registry behind htpasswd refuses the public scope, and the words say what to configure', async () => {
  const { registry, host, close } = await subject(true)

  await expect(registry.tagDigest('public', { registry: host, repository: 'acme/multi' }, '1')).rejects.toMatchObject({
    kind: 'unauthorized',
    host,
    message: expect.stringContaining(`configure a credential for ${host}`),
  })
  await close()
})

/** Pushes by hand what skopeo would rewrite: it knows no `artifactType` (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#push). */
async function push(host: string, repository: string, tag: string, image: BuiltImage): Promise<void> {
  const authorization = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`
  const put = async (url: string | URL, body: Buffer, mediaType: string) => {
    const answer = await fetch(url, { method: 'PUT', headers: { authorization, 'content-type': mediaType }, body: new Uint8Array(body) })
    expect(answer.status, `PUT ${url}`).toBe(201)
  }
  for (const { bytes } of image.blobs) {
    const begun = await fetch(`http://${host}/v2/${repository}/blobs/uploads/`, { method: 'POST', headers: { authorization } })
    const url = new URL(begun.headers.get('location') ?? '', `http://${host}`)
    url.searchParams.set('digest', sha256(bytes))
    await put(url, bytes, 'application/octet-stream')
  }
  for (const { bytes, mediaType } of image.allManifests) {
    const digest = sha256(bytes)
    await put(`http://${host}/v2/${repository}/manifests/${digest === image.digest ? tag : digest}`, bytes, mediaType)
  }
}

function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`docker-registry ended with ${code}: ${said}`)))
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk
      if (said.includes('listening on')) resolve()
    })
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
