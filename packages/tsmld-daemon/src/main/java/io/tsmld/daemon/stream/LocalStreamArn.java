package io.tsmld.daemon.stream;

import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamRequest;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorRequest;

/**
 * DynamoDB Local's stream ARNs carry the region {@code ddblocal}, which the adapter refuses (until
 * its version 2.1). The adapter is given the ARN with a real region, and the requests get their own
 * back.
 */
final class LocalStreamArn implements ExecutionInterceptor {
  private static final String LOCAL = ":dynamodb:ddblocal:";

  private final String local;

  private LocalStreamArn(String local) {
    this.local = local;
  }

  static boolean isLocal(String arn) {
    return arn.contains(LOCAL);
  }

  static String withRegion(String arn, String region) {
    return arn.replace(LOCAL, ":dynamodb:" + region + ":");
  }

  static ExecutionInterceptor restoring(String localArn) {
    return new LocalStreamArn(localArn);
  }

  @Override
  public SdkRequest modifyRequest(Context.ModifyRequest context, ExecutionAttributes attributes) {
    SdkRequest request = context.request();
    if (request instanceof DescribeStreamRequest describe) {
      return describe.toBuilder().streamArn(local).build();
    }
    if (request instanceof GetShardIteratorRequest iterator) {
      return iterator.toBuilder().streamArn(local).build();
    }
    return request;
  }
}
