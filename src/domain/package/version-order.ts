/** Version order: one question, three answers. */

/** The package formats whose versions we can order. */
export type PackageType = 'deb' | 'apk' | 'rpm'
