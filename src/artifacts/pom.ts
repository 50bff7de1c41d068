import type { LockedFile } from './maven-lock.ts';

const everything = '<exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion>';

/** A project of Maven that depends on exactly these files, and on nothing that they depend on. */
export function pomOf(files: readonly LockedFile[]): string {
  return [
    '<project xmlns="http://maven.apache.org/POM/4.0.0">',
    '<modelVersion>4.0.0</modelVersion>',
    '<groupId>deployer</groupId><artifactId>artifact</artifactId><version>1</version>',
    '<dependencies>',
    ...files.map(dependency),
    '</dependencies>',
    '</project>',
    '',
  ].join('\n');
}

/** The words hold nothing that XML would read: a lock has only letters, digits and `_ . + -`. */
function dependency({ group, artifact, version, classifier, type }: LockedFile): string {
  const fields = { groupId: group, artifactId: artifact, version, type, classifier };
  const tags = Object.entries(fields).filter(([, value]) => value !== '');
  const text = tags.map(([tag, value]) => `<${tag}>${value}</${tag}>`).join('');
  return `<dependency>${text}<exclusions>${everything}</exclusions></dependency>`;
}
