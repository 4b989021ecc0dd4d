/** Which distribution an SBOM is of: from its operating system component, the qualifiers of its purls, or Red Hat's CPE names. */
import type { Distro } from '../../../domain/package/distro.ts'
import type { PackagePurl } from '../../../domain/package/purl.ts'
import type { Listed } from './listed.ts'

/** What scanners call a distribution whose os-release `ID` is another. */
const idOf: ReadonlyMap<string, string> = new Map([
  ['alma', 'almalinux'],
  ['amazon', 'amzn'],
  ['amazonlinux', 'amzn'],
  ['cbl-mariner', 'mariner'],
  ['opensuse.leap', 'opensuse-leap'],
  ['opensuse.tumbleweed', 'opensuse-tumbleweed'],
  ['oracle', 'ol'],
  ['oraclelinux', 'ol'],
  ['redhat', 'rhel'],
  ['redhatlinux', 'rhel'],
  ['rockylinux', 'rocky'],
  ['suse linux enterprise server', 'sles'],
])

/** The distribution, or why none can be named: nobody says, or two are named. */
export function namedDistro(listed: Listed, purls: readonly PackagePurl[]): Distro | { readonly problem: string } {
  const systems = listed.operatingSystems.map(({ name, version }) => distro(name, version, null))
  const qualified = purls.flatMap((purl) => inPurl(purl) ?? [])
  const said = [...systems, ...qualified]
  const named = said.length > 0 ? said : listed.cpes.flatMap(inCpe)
  const [first, ...others] = distinct(named.filter((found) => found !== null))
  if (first === undefined) return { problem: 'it names no distribution' }
  const other = others.find(({ id, versionId }) => id !== first.id || versionId !== first.versionId)
  if (other !== undefined) return { problem: `it names two distributions, ${words(first)} and ${words(other)}` }
  return first
}

function distinct(named: readonly Distro[]): readonly Distro[] {
  return [...new Map(named.map((found) => [words(found), found])).values()]
}

const words = ({ id, versionId }: Distro): string => (versionId === null ? id : `${id} ${versionId}`)

/** Docker-scout writes `os_name`, `os_version` and `os_distro` (the codename); others `distro=debian-12`, `distro=3.16.2`, `distro=jessie`. */
function inPurl({ namespace, type, qualifiers }: PackagePurl): Distro | null {
  const name = qualifiers.get('os_name')
  if (name !== undefined) return distro(name, qualifiers.get('os_version') ?? null, qualifiers.get('os_distro') ?? null)
  const written = qualifiers.get('distro')
  if (written === undefined) return null
  const space = namespace ?? type
  const [, id, version] = /^(.+?)-(\d[^-]*)$/.exec(written) ?? []
  if (id !== undefined && version !== undefined) return distro(id, version, null)
  if (/^\d/.test(written)) return distro(space, written, null)
  return written.includes('-') || written === space || idOf.has(written) ? distro(written, null, null) : distro(space, null, written)
}

/** `cpe:/o:redhat:enterprise_linux:9::baseos` */
function inCpe(cpe: string): Distro[] {
  const version = /^cpe:(?:\/o|2\.3:o):redhat:enterprise_linux:(\d[\d.]*)(?::|$)/.exec(cpe)?.[1]
  const found = version === undefined ? null : distro('rhel', version, null)
  return found === null ? [] : [found]
}

/** Null for names and versions that no os-release could hold. */
function distro(name: string, version: string | null, codename: string | null): Distro | null {
  const lower = name.toLowerCase()
  const id = idOf.get(lower) ?? lower
  if (!/^[a-z0-9._-]{1,64}$/.test(id)) return null
  const kept = (value: string | null, form: RegExp): string | null => (value !== null && form.test(value) ? value : null)
  return {
    id,
    versionId: kept(version, /^[A-Za-z0-9._~+-]{1,64}$/),
    codename: kept(codename, /^[a-z0-9._-]{1,64}$/),
    idLike: [],
    prettyName: null,
    cpeName: null,
  }
}
