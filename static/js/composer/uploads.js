export const restore = () => {};
export const ready = () => [];
export const whyNot = () => "";
export const clear = () => {};
