/** What BuildKit refuses, and what it takes although it looks wrong. */
import { describe, expect, it } from 'vitest'
import { references, skips } from './reading.ts'

const after = (instruction: string): readonly (string | null)[] => skips(`FROM alpine:3.20\n${instruction}\n`)

describe('a file is refused for', () => {
  it.each([
    'ADD a',
    'ADD --from=x a b',
    'ARG',
    'ARG =x',
    'CMD --x a',
    'CMD [1]',
    'COPY a',
    'COPY ["a"]',
    'COPY --from a b',
    'COPY --link=maybe a b',
    'COPY --from=a:1 --from=b:1 x y',
    'COPY a <<EOF\nEOF',
    'ENTRYPOINT ["a", 2]',
    'ENV A',
    'ENV A=1 B',
    'ENV =1',
    'EXPOSE',
    'FROM',
    'FROM a as',
    'FROM a is b',
    'FROM a as 1b',
    'FROM a as b c',
    'HEALTHCHECK',
    'HEALTHCHECK NONE x',
    'HEALTHCHECK CMD',
    'HEALTHCHECK RUN x',
    'HEALTHCHECK --interval=soon CMD x',
    'HEALTHCHECK --interval=1us CMD x',
    'HEALTHCHECK --interval=9999999h CMD x',
    'HEALTHCHECK --retries=-1 CMD x',
    'LABEL a',
    'MAINTAINER',
    'ONBUILD',
    'ONBUILD ONBUILD RUN x',
    'ONBUILD MAINTAINER x',
    'ONBUILD HEALTHCHECK CMD [1]',
    'ONBUILD ENV A=1 B',
    'RUN --mount=type=bind,\\"x a',
    'RUN --mount= a',
    'RUN --mount a',
    'RUN --network=some a',
    'RUN --security=much a',
    'RUN --unknown a',
    'SHELL bash',
    'SHELL []',
    'STOPSIGNAL',
    'USER',
    'VOLUME',
    'VOLUME [""]',
    'WORKDIR',
    'foo',
    'RUN <<EOF',
  ])('%s', (instruction) => expect(after(instruction)).toEqual(['refused-by-buildkit']))

  it('a line longer than its scanner takes', () => {
    expect(after(`RUN ${'x'.repeat(65_536)}`)).toEqual(['refused-by-buildkit'])
    expect(after(`RUN ${'x'.repeat(65_530)}`)).toEqual([null])
  })
})

describe('a file is taken with', () => {
  it.each([
    'ARG A B=1 C="x y" D=\'\'',
    'ARG --what A',
    'CMD',
    'RUN',
    'RUN []',
    'RUN [ "unclosed"',
    'COPY ["a b", "c"]',
    'COPY --chown=1 --chmod=1 --link --parents --exclude=a --exclude=b a b',
    'COPY -- a b',
    'COPY <<EOF /x\nFROM decoy\nEOF',
    'ENV A b c',
    'ENV A="x y" B=c\\ d',
    'ENV A=',
    'EXPOSE 80 443',
    'HEALTHCHECK --interval=1m30s --timeout=.5s --retries=3 CMD ["x"]',
    'HEALTHCHECK none',
    'LABEL "a b"=c',
    'ONBUILD FOO',
    'RUN --mount=type=secret,id=x --mount=target=/y,from= --network=none --security=insecure a',
    'RUN --device=x/y a',
    'STOPSIGNAL --x SIGTERM',
    'SHELL ["a"]',
    'run a',
    "RUN echo it's <<EOF",
    'RUN echo "<<EOF"',
    'RUN echo $((1<<2))',
    'RUN a \\\n\n# c\n   b',
  ])('%s', (instruction) => expect(after(instruction)).toEqual([null]))
})

describe('heredocs', () => {
  it.each([
    ['RUN <<EOF\nFROM x:1\nEOF', []],
    ['RUN 3<<-EOF\nFROM x:1\n\tEOF', []],
    ['RUN <<"E F"\nFROM x:1\nE F', []],
    ['RUN a <<A && b <<B\nFROM x:1\nA\nFROM y:1\nB', []],
    ['RUN << EOF\nFROM x:1\nEOF', []],
    ['RUN a \\\n <<EOF\nFROM x:1\nEOF', []],
    ['RUN ["a", "<<EOF"]\nFROM x:1', ['x:1']],
    ['CMD <<EOF\nFROM x:1', ['x:1']],
    ['RUN echo <<<EOF\nFROM x:1', ['x:1']],
    ['RUN echo a<<EOF\nFROM x:1', ['x:1']],
    ['ONBUILD COPY <<EOF /a\nFROM x:1\nEOF', []],
    ['RUN <<EOF\r\nFROM x:1\r\nEOF\r', []],
  ])('%j hides what it holds', (text, rest) => expect(references(`FROM alpine:3.20\n${text}\n`)).toEqual(['alpine:3.20', ...rest]))
})
