/** What the steps of a build ask of a builder: Docker and kaniko by their arguments, others by their scripts. */
import { type BuildRequest, checkout, pathFrom, startOf } from '../build-request.ts'
import { buildCommands } from '../build-command.ts'
import { type Choices, expandKnown } from '../choices.ts'
import { fromBuilder, join, nothing, part, type Sourced } from '../sourced.ts'
import { itemsAt, stringAt, textAt, type Tree } from '../tree.ts'
import { scalarText } from '../yaml-number.ts'
import { substitutionForm } from './substitutions.ts'

/** The builds of one step. It starts in `/workspace`, where the repo is, or below. */
export function stepBuilds(step: Tree, choices: Choices): readonly BuildRequest[] {
  const name = textAt(step, 'name') ?? nothing
  const folder = pathFrom('', inRepo(expandKnown(textAt(step, 'dir') ?? nothing, substitutionForm, choices).text))
  const args = itemsAt(step, 'args').map((item) => scalarText(item) ?? nothing)
  const entrypoint = stringAt(step, 'entrypoint')
  const program = entrypoint === '' ? programOf(name.text) : entrypoint
  const script = textAt(step, 'script') ?? (/^(?:\/bin\/)?(?:ba|da|a)?sh$/.test(program) && /^-\w*c$/.test(args[0]?.text ?? '') ? (args[1] ?? nothing) : null)
  const builds =
    script === null
      ? buildCommands(
          commandLine(
            program,
            args.map((word) => expandKnown(word, substitutionForm, choices)),
          ),
          folder,
          () => null,
        )
      : buildCommands(expandKnown(script, substitutionForm, withShell(choices)), folder, () => null)
  return builds.map((build) => (script === null ? { ...build, at: startOf(name) } : build))
}

/** The names that a step gives to what Docker builds. */
export function tagsOf(step: Tree): readonly Sourced[] {
  const args = itemsAt(step, 'args').flatMap((item) => (item.kind === 'text' ? [item.text] : []))
  return args.flatMap((word, i) => {
    const [flag] = /^(?:--tag=|-t=)/.exec(word.text) ?? []
    if (flag !== undefined) return [part(word, flag.length)]
    return /^(?:-t|--tag)$/.test(args[i - 1]?.text ?? '') ? [word] : []
  })
}

/** The program that an image starts. */
function programOf(image: string): string {
  if (/(?:^|\/)kaniko-project\/executor(?:[:@]|$)/.test(image)) return 'executor'
  return /(?:^|\/)(docker|buildah|podman)(?:[:@/]|$)/.exec(image)?.[1] ?? ''
}

/** The words as a command line, in quotes; one with a quote in it has none to stand in. Without a context, kaniko takes the folder of the repo. */
function commandLine(program: string, words: readonly Sourced[]): Sourced {
  const quoted = words.filter(({ text }) => !text.includes("'")).flatMap((word) => [fromBuilder(" '"), fromRoot(word), fromBuilder("'")])
  const hasContext = program !== 'executor' || words.some(({ text }) => /^(?:--context|-c)(?:=|$)/.test(text))
  return join([fromBuilder(program), ...quoted, fromBuilder(hasContext ? '' : ' --context=/.')])
}

/** Paths below `/workspace` as those of the repo, also behind a flag. */
function fromRoot(word: Sourced): Sourced {
  const [, before] = /^((?:--?[\w-]+=)?(?:dir:\/\/)?)\/workspace(?:\/|$)/.exec(word.text) ?? []
  if (before === undefined) return word
  return join([part(word, 0, before.replace('dir://', '').length), checkout, part(word, before.length + '/workspace'.length)])
}

const inRepo = (path: string): string => path.replace(/^\/workspace(?:\/|$)/, '')

/** In scripts, a name that is no substitution is left to the shell. */
function withShell(choices: Choices): Choices {
  return (name) => {
    const found = choices(name)
    return found.length > 0 || name.startsWith('_') || name === '' ? found : [fromBuilder(`\${${name}}`)]
  }
}
