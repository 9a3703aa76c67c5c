// Stands in for GraphiQL's preview of pictures, which would ask other hosts for them.
export const ImagePreview = Object.assign(() => null, { shouldRender: () => false });
