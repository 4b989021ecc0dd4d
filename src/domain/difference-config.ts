/** Which fields of the image configuration changed, and which of those need a look. */
import type { ConfigChange } from './difference.ts'
import type { ImageConfig } from './image/image-config.ts'

/**
 * Changes in what a container starts as, in a fixed order, values as text (lists as JSON). Of environment variables the name and that it was set, unset or changed, never a
 * value: images carry secrets there. Labels that say when or from what an image was built, or name its version, differ in every build and are left out
 * (`isBuildLabel`); `created`, `history` and the platform are no fields of a running container.
 */
export function compareConfigs(a: ImageConfig, b: ImageConfig): readonly ConfigChange[] {
  const fields: readonly (readonly [field: string, from: string | null, to: string | null])[] = [
    ['User', text(a.user), text(b.user)],
    ['Entrypoint', list(a.entrypoint), list(b.entrypoint)],
    ['Cmd', list(a.cmd), list(b.cmd)],
    ['WorkingDir', text(a.workingDir), text(b.workingDir)],
    ['StopSignal', text(a.stopSignal), text(b.stopSignal)],
    ['ExposedPorts', list([...a.exposedPorts].sort()), list([...b.exposedPorts].sort())],
    ['Volumes', list([...a.volumes].sort()), list([...b.volumes].sort())],
  ]
  return [
    ...fields.flatMap(([field, from, to]) => (from === to ? [] : [{ field, from, to }])),
    ...compareEntries('Env', variables(a.env), variables(b.env)).map(({ field, from, to }) => ({
      field,
      from: from === null ? null : 'set',
      to: to === null ? null : from === null ? 'set' : 'changed',
    })),
    ...compareEntries('Label', labels(a), labels(b)),
  ]
}

/**
 * Whether a person should look at the change before it is merged. Labels start nothing, and a variable that by its name holds a version or a checksum changes with every
 * release of what it names; all else changes how the container runs.
 */
export function needsALook({ field, from, to }: ConfigChange): boolean {
  if (field.startsWith('Label ')) return false
  return !(field.startsWith('Env ') && from !== null && to !== null && /(^|_)(VERSION|SHA\d*|MD5|CHECKSUM|DIGEST|HASH|COMMIT|REVISION)$/i.test(field))
}

/** Whether a label is about the build and not about the image: dates, revisions, versions, and addresses with those in them. */
function isBuildLabel(name: string): boolean {
  return buildLabels.has(name)
}

const buildLabels: ReadonlySet<string> = new Set([
  ...['created', 'revision', 'version', 'ref.name', 'base.digest'].map((name) => `org.opencontainers.image.${name}`),
  ...['build-date', 'vcs-ref', 'version'].map((name) => `org.label-schema.${name}`),
  // Red Hat's images.
  'build-date',
  'vcs-ref',
  'release',
  'version',
  'url',
  'org.opencontainers.image.url',
])

function compareEntries(kind: string, a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): readonly ConfigChange[] {
  return [...new Set([...a.keys(), ...b.keys()])].sort().flatMap((name) => {
    const [from, to] = [a.get(name) ?? null, b.get(name) ?? null]
    return from === to ? [] : [{ field: `${kind} ${name}`, from, to }]
  })
}

/** A later assignment wins, as in a process's environment. */
function variables(env: readonly string[]): ReadonlyMap<string, string> {
  return new Map(env.map((line) => (line.includes('=') ? [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] : [line, ''])))
}

function labels(config: ImageConfig): ReadonlyMap<string, string> {
  return new Map(Object.entries(config.labels).filter(([name]) => !isBuildLabel(name)))
}

function text(value: string | null): string | null {
  return value === '' ? null : value
}

function list(values: readonly string[]): string | null {
  return values.length === 0 ? null : JSON.stringify(values)
}
