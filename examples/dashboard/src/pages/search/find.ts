// What a search finds. To be replaced by `Query.search` when the service has it: names are found by the service, images here.
import type { SearchPageQuery } from '../../generated/graphql';
import { instanceAddress, stackAddress, templateAddress } from '../../route';

export interface Found {
  kind: 'stack' | 'instance' | 'template';
  name: string;
  to: string;
  about: string;
}

export function find({ stacks, templates, within }: SearchPageQuery, text: string): Found[] {
  const wanted = text.toLowerCase();
  const has = (...texts: string[]) => texts.some((text) => text.toLowerCase().includes(wanted));
  return [
    ...stacks.nodes.map(({ name, description }) => ({ kind: 'stack' as const, name, to: stackAddress(name), about: description })),
    ...within.nodes.flatMap((stack) =>
      stack.instances.nodes.map(({ name, template }) => ({
        kind: 'instance' as const,
        name,
        to: instanceAddress(stack.name, name),
        about: `in ${stack.name}, from ${template.name}`,
      })),
    ),
    ...templates.nodes
      .filter(({ name, imageName, category }) => has(name, imageName, category))
      .map(({ name, imageName, imageTag }) => ({
        kind: 'template' as const,
        name,
        to: templateAddress(name),
        about: `${imageName}:${imageTag}`,
      })),
  ];
}
