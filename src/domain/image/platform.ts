/** Platforms: os, architecture and variant of an image, as OCI and Docker name them. */

/** https://github.com/opencontainers/image-spec/blob/main/image-index.md#image-index-property-descriptions */
export type Platform = { readonly os: string; readonly architecture: string; readonly variant: string | null; readonly osVersion: string | null }

/** What one part of a platform may look like; anything else is not a platform. */
export const platformPart = /^[\w.-]{1,64}$/

const aliases: Readonly<Record<string, { readonly architecture: string; readonly variant: string | null }>> = {
  x86_64: { architecture: 'amd64', variant: null },
  'x86-64': { architecture: 'amd64', variant: null },
  aarch64: { architecture: 'arm64', variant: null },
  i386: { architecture: '386', variant: null },
  armhf: { architecture: 'arm', variant: 'v7' },
  armel: { architecture: 'arm', variant: 'v6' },
}

/** `linux/arm/v7` as a platform in containerd's normal form (arm64 has no v8, bare arm is v7, amd64 no v1), or null when it is not one. */
export function parsePlatform(text: string): Platform | null {
  const parts = text.split('/')
  if (parts.length < 2 || parts.length > 3 || parts.some((part) => !platformPart.test(part))) return null
  const [os = '', architecture = '', variant] = parts
  return normalPlatform({ os: os.toLowerCase(), architecture: architecture.toLowerCase(), variant: variant?.toLowerCase() ?? null, osVersion: null })
}

/** `platform` with the spellings of one machine made equal (https://github.com/containerd/platforms). */
export function normalPlatform(platform: Platform): Platform {
  const { os, osVersion } = platform
  // `hasOwn`: the architecture is a registry's word, and "constructor" is one too.
  const { architecture, variant } = (Object.hasOwn(aliases, platform.architecture) ? aliases[platform.architecture] : undefined) ?? platform
  const chosen = platform.variant ?? variant
  if (architecture === 'arm64' && (chosen === 'v8' || chosen === '8')) return { os, architecture, variant: null, osVersion }
  if (architecture === 'amd64' && chosen === 'v1') return { os, architecture, variant: null, osVersion }
  if (architecture === 'arm') return { os, architecture, variant: chosen === null ? 'v7' : chosen.startsWith('v') ? chosen : `v${chosen}`, osVersion }
  return { os, architecture, variant: chosen, osVersion }
}

/** `linux/arm/v7`: equal platforms give equal text. Windows versions are part of it (`windows/amd64@10.0.20348.2700`). */
export function formatPlatform(platform: Platform): string {
  const { os, architecture, variant, osVersion } = platform
  return `${os}/${architecture}${variant === null ? '' : `/${variant}`}${osVersion === null ? '' : `@${osVersion}`}`
}
