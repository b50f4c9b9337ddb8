export interface Listener {
  close(): Promise<void>;
}
