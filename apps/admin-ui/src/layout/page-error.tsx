import { Box, Button, Typography } from "@mui/material";
import { Component, type ErrorInfo, type ReactNode } from "react";

interface Props {
  title: string;
  retryLabel: string;
  /** A change of it means another page: the error is over. */
  place: string;
  children: ReactNode;
}

/** A page that throws leaves the shell standing. */
export class PageErrorBoundary extends Component<Props, { error: Error | null; place: string }> {
  override state = { error: null as Error | null, place: this.props.place };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  static getDerivedStateFromProps(props: Props, state: { error: Error | null; place: string }) {
    return props.place === state.place ? null : { error: null, place: props.place };
  }

  override componentDidCatch(error: Error, info: ErrorInfo) {
    console.error(error, info.componentStack);
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <Box role="alert" sx={{ p: 4 }}>
        <Typography variant="h2" gutterBottom>
          {this.props.title}
        </Typography>
        <Typography variant="body2" color="textSecondary" sx={{ mb: 2 }}>
          {error.message}
        </Typography>
        <Button variant="outlined" onClick={() => this.setState({ error: null })}>
          {this.props.retryLabel}
        </Button>
      </Box>
    );
  }
}
