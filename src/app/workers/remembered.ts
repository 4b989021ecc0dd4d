/** Answers remembered for the length of one batch: repos of one installation share their bases, and with them what is known about those. */

/** `ask` with its answers kept by their arguments (JSON values), faults too. For questions whose answer may be some seconds old. */
export function remembered<Arguments extends readonly unknown[], Answer>(
  ask: (...given: Arguments) => Promise<Answer>,
): (...given: Arguments) => Promise<Answer> {
  const answers = new Map<string, Promise<Answer>>()
  return (...given) => {
    const key = JSON.stringify(given)
    const answer = answers.get(key) ?? ask(...given)
    answers.set(key, answer)
    return answer
  }
}
