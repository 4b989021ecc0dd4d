/** Small phrases that the rules share, so that the same thing is said in the same words. */
import { type Reference, tagOrLatest } from '../domain/image/reference.ts'

/** `2026-11-20`: days are enough to argue about the age of an image. */
export function day(at: Date): string {
  return at.toISOString().slice(0, 10)
}

/** `2026-11-23T03:17Z`: schedules know minutes. */
export function minute(at: Date): string {
  return `${at.toISOString().slice(0, 16)}Z`
}

/** `since 2026-11-20`, or that we cannot know: nobody backdates what we saw ourselves. */
export function age(firstSeen: Date | null): string {
  return firstSeen === null ? 'age unknown (first look)' : `since ${day(firstSeen)}`
}

/** `python:3.12-slim` as its file spells it, with the tag that is followed and without a digest. */
export function tagName(reference: Reference): string {
  return `${reference.spelling}:${tagOrLatest(reference)}`
}

/** Whole days between two times. */
export function daysBetween(from: Date, to: Date): number {
  return Math.floor((to.getTime() - from.getTime()) / 86_400_000)
}
