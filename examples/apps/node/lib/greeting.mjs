export const greeting = (user) => `hello from node ${process.versions.node.split('.')[0]} as user ${user}\n`;
