import { Box, Button, Typography } from "@mui/material";
import { Component, type ErrorInfo, type ReactNode } from "react";
import { isMissingPart } from "./missing-part.ts";

interface Props {
  title: string;
  /** Said instead where a part of the console could not be fetched. */
  missingPart: string;
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
    const { title, missingPart, retryLabel } = this.props;
    const isMissing = isMissingPart(error);
    return (
      <Box role="alert" sx={{ p: 4 }}>
        <Typography variant="h2" gutterBottom>
          {isMissing ? missingPart : title}
        </Typography>
        <Typography variant="body2" color="textSecondary" sx={{ mb: 2 }}>
          {error.message}
        </Typography>
        <Button
          variant="outlined"
          onClick={() => (isMissing ? window.location.reload() : this.setState({ error: null }))}
        >
          {retryLabel}
        </Button>
      </Box>
    );
  }
}
