import { misdeedForms } from '../localcloud/misdeed.ts';

/** What the cloud on this computer can be told to do wrong, as rows of how it is written and what happens then. */
export function misdeedRows(): readonly (readonly [form: string, does: string])[] {
  return [
    ...misdeedForms.map(({ form, does }) => [form, does] as const),
    [
      'interrupt[:N|:ID]',
      'spot instances are taken away now: so many, the oldest first, or that one',
    ],
    ['as:NAME', 'from now on behave like aws, eucalyptus or openstack'],
    ['none', 'do everything right again'],
  ];
}
