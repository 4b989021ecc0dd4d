/** What a step builds: by the task for Docker (https://learn.microsoft.com/azure/devops/pipelines/tasks/reference/docker-v2), or by its script. */
import { type BuildRequest, pathFrom, startOf } from '../build-request.ts'
import { buildCommands } from '../build-command.ts'
import { type Choices, expandKnown } from '../choices.ts'
import { fromBuilder, join, nothing, type Sourced } from '../sourced.ts'
import { entriesAt, textAt, type Tree } from '../tree.ts'
import { expressionForm } from './values.ts'

/** The builds of `step`; none where the map is no step. */
export function stepBuilds(step: Tree, choices: Choices): readonly BuildRequest[] {
  const task = textAt(step, 'task')
  if (task !== null) return /^docker@[12]$/i.test(task.text) ? taskBuild(task, step, choices) : []
  const script = textAt(step, 'script') ?? textAt(step, 'bash')
  if (script === null) return []
  const folder = pathFrom('', expandKnown(textAt(step, 'workingDirectory') ?? nothing, expressionForm, choices).text)
  return buildCommands(expandKnown(script, expressionForm, withCommands(choices)), folder, () => null)
}

/** `$(pwd)` is left to the shell. */
const withCommands =
  (choices: Choices): Choices =>
  (name) => {
    const found = choices(name)
    return found.length === 0 && name === 'pwd' ? [fromBuilder('$(pwd)')] : found
  }

/** A pattern for the Dockerfile (the default is one) finds it only when it runs. `arguments` do not count where the task pushes as well. */
function taskBuild(task: Sourced, step: Tree, choices: Choices): readonly BuildRequest[] {
  const input = (name: string): Sourced => {
    const found = entriesAt(step, 'inputs').find(({ key }) => key.toLowerCase() === name)?.value
    return expandKnown(found?.kind === 'text' ? found.text : nothing, expressionForm, choices)
  }
  const command = input('command').text.toLowerCase()
  const dockerfile = input('dockerfile')
  if (!/^(?:|build|buildandpush|build an image)$/.test(command) || dockerfile.text === '' || /[*']/.test(dockerfile.text)) return []
  const words = command === 'build' ? [fromBuilder(' '), input('arguments')] : []
  const line = join([fromBuilder("docker build -f '"), dockerfile, fromBuilder("'"), ...words, fromBuilder(' .')])
  return buildCommands(line, '', () => null).map((build) => ({ ...build, at: startOf(task) }))
}
