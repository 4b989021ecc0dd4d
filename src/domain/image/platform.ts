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

/** Architectures that are a platform of Linux when they stand alone (`--platform=arm64`). */
const alone = new Set(['386', 'amd64', 'arm', 'arm64', 'loong64', 'mips64le', 'ppc64le', 'riscv64', 's390x', ...Object.keys(aliases)])

/**
 * `linux/arm/v7` as a platform in containerd's normal form (arm64 has no v8, bare arm is v7, amd64 no v1), or null when it is not one. The version of
 * Windows may stand behind the name of the system as containerd writes it (`windows(10.0.20348)/amd64`), or at the end as `formatPlatform` does.
 */
export function parsePlatform(text: string): Platform | null {
  const written = text.toLowerCase()
  const [, system, inside, rest, behind] = /^(?:([^/()@]+)(?:\(([^()@/]*)\))?\/)?([^()@]+)(?:@([^/()@]+))?$/.exec(written) ?? []
  const parts = rest?.split('/') ?? []
  const osVersion = inside ?? behind ?? null
  if (system === undefined && (osVersion !== null || parts.length > 1 || !alone.has(parts[0] ?? ''))) return null
  if ((inside !== undefined && behind !== undefined) || parts.length > 2) return null
  const [architecture = '', variant = null] = parts
  const platform = { os: system ?? 'linux', architecture, variant, osVersion: osVersion === '' ? null : osVersion }
  return Object.values(platform).every((part) => part === null || platformPart.test(part)) ? normalPlatform(platform) : null
}

/** `platform` with the spellings of one machine made equal (https://github.com/containerd/platforms). */
export function normalPlatform(platform: Platform): Platform {
  const { osVersion } = platform
  const system = platform.os.toLowerCase()
  const os = system === 'macos' ? 'darwin' : system
  const written = platform.architecture.toLowerCase()
  // `hasOwn`: the architecture is a registry's word, and "constructor" is one too.
  const { architecture, variant } = (Object.hasOwn(aliases, written) ? aliases[written] : undefined) ?? { architecture: written, variant: null }
  const chosen = platform.variant?.toLowerCase() ?? variant
  if (architecture === 'arm64' && (chosen === 'v8' || chosen === '8')) return { os, architecture, variant: null, osVersion }
  if (architecture === 'amd64' && chosen === 'v1') return { os, architecture, variant: null, osVersion }
  if (architecture === 'arm') return { os, architecture, variant: chosen === null ? 'v7' : chosen.startsWith('v') ? chosen : `v${chosen}`, osVersion }
  return { os, architecture, variant: chosen, osVersion }
}

/**
 * What a machine of this platform also runs of its own architecture, best first: of amd64 and arm the lower variants, as containerd's `Only` has it.
 * That an arm64 machine may run 32-bit images is left out: nobody means that by `linux/arm64`.
 */
export function lowerVariants(platform: Platform): readonly Platform[] {
  const { architecture, variant } = platform
  const lowest = architecture === 'amd64' ? 1 : architecture === 'arm' ? 5 : null
  const level = /^v(\d)$/.exec(variant ?? '')?.[1]
  if (lowest === null || level === undefined) return []
  const levels = Array.from({ length: Math.max(0, Number(level) - lowest) }, (_, i) => Number(level) - 1 - i)
  return levels.map((lower) => normalPlatform({ ...platform, variant: `v${lower}` }))
}

/** `linux/arm/v7`: equal platforms give equal text. Windows versions are part of it (`windows/amd64@10.0.20348.2700`). */
export function formatPlatform(platform: Platform): string {
  const { os, architecture, variant, osVersion } = platform
  return `${os}/${architecture}${variant === null ? '' : `/${variant}`}${osVersion === null ? '' : `@${osVersion}`}`
}
