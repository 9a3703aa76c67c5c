// What the caches of clients want to know of the schema.
import { describeSchema } from './generated/clients/schema.js';
import { sdl } from './service.js';

const described = describeSchema(sdl);

export const { embedded, introspection, possibleTypes } = described;

/** For urql: types without an id belong to what holds them; the cache is told so once for all of them. */
export const keys = Object.fromEntries(embedded.map((name) => [name, () => null]));
