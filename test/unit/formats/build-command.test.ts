/** Command lines that build images, in the folder where they run. */
import { describe, expect, it } from 'vitest'
import { buildCommands } from '../../../src/formats/build-command.ts'
import { checkout } from '../../../src/formats/build-request.ts'
import { fromBuilder, fromFile } from '../../../src/formats/sourced.ts'

const variable = (name: string) => (name === 'ROOT' ? checkout : name === 'TAG' ? fromBuilder('3.20') : null)
const builds = (script: string, folder: string | null = 'app') => buildCommands(fromFile(script, 0), folder, variable)
const dockerfiles = (script: string, folder: string | null = 'app') => builds(script, folder).map(({ dockerfile }) => dockerfile)

describe('the Dockerfile', () => {
  it.each([
    ['docker build .', ['app/Dockerfile']],
    ['docker buildx build --push -t x:1 -q .', ['app/Dockerfile']],
    ['DOCKER_BUILDKIT=1 sudo docker image build ./sub/', ['app/sub/Dockerfile']],
    ['docker build -f docker/x.Dockerfile ..', ['app/docker/x.Dockerfile']],
    ['docker build --file=../Dockerfile -t "a b" ..', ['Dockerfile']],
    ['docker build -fx.Dockerfile .', ['app/x.Dockerfile']],
    ['docker build "$ROOT/other"', ['other/Dockerfile']],
    ['docker build $PWD', ['app/Dockerfile']],
    ['docker build -t x $(pwd)/y', ['app/y/Dockerfile']],
    ['cd sub && docker build .', ['app/sub/Dockerfile']],
    ['(cd sub; docker build .); docker build .', ['app/sub/Dockerfile', 'app/Dockerfile']],
    ['pushd sub; docker build .; popd; docker build .', ['app/sub/Dockerfile', 'app/Dockerfile']],
    ['if true; then docker build .; fi', ['app/Dockerfile']],
    ['podman build .', ['app/Containerfile', 'app/Dockerfile']],
    ['buildah bud -f Containerfile.x .', ['app/Containerfile.x']],
    ['docker build -f x.Dockerfile $SOMEWHERE', ['app/x.Dockerfile']],
    ['/kaniko/executor --context $ROOT --dockerfile=docker/x.Dockerfile --destination y', ['docker/x.Dockerfile']],
    ['/kaniko/executor --context=dir://$ROOT/a -f $ROOT/b/Dockerfile', ['b/Dockerfile']],
  ])('of %s', (script, expected) => expect(dockerfiles(script)).toEqual(expected))

  it.each([
    'docker build -',
    'docker build https://github.com/example/x.git',
    'docker build git@github.com:example/x.git',
    'docker build $SOMEWHERE',
    'docker build $(ls)',
    'cd $SOMEWHERE; docker build .',
    'docker build -f - .',
    'docker build /tmp/x',
    'docker build ../../x',
    'docker build . extra',
    'docker compose build .',
    'echo docker build .',
    'pnpm docker build .',
    'docker build',
    'make build',
    'cat <<E\ndocker build .\nE',
  ])('is not known of %s', (script) => expect(dockerfiles(script)).toEqual([]))

  it('is not known where the folder is not', () => expect(dockerfiles('docker build .', null)).toEqual([]))
})

describe('the rest of a build', () => {
  it('has the values that can be known', () => {
    const [build] = builds(
      'docker build --build-arg A=1 --build-arg "B=x y" --build-arg C=$TAG --build-arg TAG --build-arg D=$X --build-arg E --target dev --platform a,b --platform=c .',
    )
    expect(build?.args.map(({ name, value }) => [name, value?.text ?? null])).toEqual([
      ['A', '1'],
      ['B', 'x y'],
      ['C', '3.20'],
      ['TAG', '3.20'],
      ['D', null],
      ['E', null],
    ])
    expect(build?.target?.text).toBe('dev')
    expect(build?.platforms?.map(({ text }) => text)).toEqual(['a,b', 'c'])
  })

  it('stands at the program', () => expect(builds('x; sudo docker build .')[0]?.at).toBe(8))
})
