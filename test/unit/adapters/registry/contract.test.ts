/** The contract of the port, kept with the stand-in: open, behind Basic, and behind a token server. */
import { createHttp } from '../../../../src/adapters/http/index.ts'
import { createRegistry } from '../../../../src/adapters/registry/index.ts'
import { contractFallback, contractImages, registryContract } from '../../../contract/registry.ts'
import { type RegistryOptions, startRegistry } from '../../../stand-ins/registry/index.ts'

const users = { reader: 'canary-secret' }
const kinds: readonly (readonly [string, RegistryOptions, 'public' | 'login'])[] = [
  ['an open stand-in', {}, 'public'],
  ['a stand-in without a referrers API', { referrers: false }, 'public'],
  ['a stand-in behind Basic', { auth: 'basic', users }, 'login'],
  ['a stand-in behind tokens, asked anonymously', { auth: 'bearer' }, 'public'],
  ['a stand-in behind tokens, asked with a login', { auth: 'bearer', users, publicRepositories: [] }, 'login'],
  ['a stand-in with its token server elsewhere', { auth: 'bearer', users, publicRepositories: [], tokenServer: 'other' }, 'login'],
]

for (const [name, options, scope] of kinds) {
  registryContract(name, async () => {
    const standIn = await startRegistry(options)
    for (const [reference, image] of Object.entries(contractImages)) {
      const [repository = '', tag = ''] = reference.split(':')
      for (const { bytes } of image.blobs) standIn.pushBlob(repository, bytes)
      for (const { bytes, mediaType } of image.allManifests) standIn.pushManifest(repository, bytes, mediaType)
      standIn.tag(repository, tag, image.digest)
    }
    for (const { bytes } of contractFallback.image.blobs) standIn.pushBlob('acme/single', bytes)
    for (const { bytes, mediaType } of contractFallback.image.allManifests) standIn.pushManifest('acme/single', bytes, mediaType)
    if (options.referrers === false) standIn.tag('acme/single', contractFallback.tag, contractFallback.image.digest)
    const { host, tokenHost } = standIn
    const http = createHttp({ allowPrivate: [host, tokenHost], userAgent: 'underpin-test' })
    const registry = createRegistry({
      http,
      credentials: [{ id: 'login', registry: host, tokenHost, username: 'reader', password: users.reader, installations: 'all' }],
      registries: [
        { host, insecure: true },
        { host: tokenHost, insecure: true },
      ],
    })
    return {
      registry,
      host,
      scope,
      close: async () => {
        await http.close()
        await standIn.close()
      },
    }
  })
}
