"""The app's version, as semver counts; CITATION.cff and CHANGELOG.md name the same one."""

VERSION = "0.1.0"
